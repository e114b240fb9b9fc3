#!/usr/bin/env bash
# A communiqué's page from a node's press room against nginx that serves the same bytes as a static file, and a stock WordPress with the same text, in one run; then the same while replies are being posted without end, and how
# long readers wait at half of that load, asked at a set rate whether answers come or not.
#
#   ENTENTE=/path/to/entente bench/press.sh [SECONDS]     with ENTENTE_DEMO=DIR, a demo that is being served already is used
#
# Needs wrk and go; nginx and WordPress (see wordpress.sh) are measured if they are there, and their absence is said.
set -euo pipefail
seconds=${1:-5} work=$(mktemp -d) pids=()
trap '((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null; wait; [ ! -e "$work/wordpress/pids" ] || { kill $(cat "$work/wordpress/pids") 2>/dev/null; sleep 2; }; rm -rf "$work"' EXIT
command -v wrk >/dev/null || { echo "press.sh: wrk is not here (apt-get install wrk): nothing is measured" >&2; exit 1; }
demo=${ENTENTE_DEMO:-}
if [ -z "$demo" ]; then
  demo=$work/demo
  "${ENTENTE:-entente}" demo --profile fictional --dir "$demo" >"$work/demo.txt" &
  pids+=($!)
  until grep -q '^ *[0-9.]*s  Serving' "$work/demo.txt"; do kill -0 "${pids[0]}"; sleep 1; done
fi
room=http://$(sed -n "/^\[press\]/,/^\[/s/^listen = '\(.*\)'/\1/p" "$demo/cedar/entente.toml")
page=/en/valley/js-9/

curl -fsS --compressed "$room$page" -o "$work/index.html"
curl -fsS -H 'Accept-Encoding: gzip' "$room$page" -o "$work/index.html.gz"
echo "page: $(stat -c %s "$work/index.html") bytes, packed $(stat -c %s "$work/index.html.gz")"

# Readers who write without end; nearly all of them are told to wait, which costs as well.
flood() {
  while :; do
    token=$(curl -s "$room${page}reply/" | sed -n 's/.*name="form" value="\([^"]*\)".*/\1/p')
    for _ in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null --data-urlencode "form=$token" -d 'name=Reader&email=reader@example.org&words=A+question+about+the+text' "$room${page}reply/"; done
  done
}

# measure URL [SECONDS]: answers a second
cat >"$work/full.lua" <<'LUA'
function done(s, l) io.write(string.format("RESULT %.1f %d\n", s.requests / s.duration * 1e6, s.errors.status + s.errors.read + s.errors.timeout)) end
LUA
measure() {
  local got failed
  read -r got failed < <(wrk -t1 -c32 -d"${2:-$seconds}s" --timeout 30s -H 'Accept-Encoding: gzip' -s "$work/full.lua" "$1" | sed -n 's/^RESULT //p')
  ((failed == 0)) || echo "press.sh: $failed answers of $1 were none" >&2
  echo "$got"
}
go build -o "$work/pace" "$(dirname "$0")/pace/pace.go"

node=$(pgrep -n -f -- "demo .*--dir $demo")
memory() { ps -o rss= -p "$node" | tr -d ' '; }
# cpu PID…: processor time of processes so far, in hundredths of a second
cpu() { cat $(printf '/proc/%s/stat ' "$@") | awk '{ sub(/.*\) /, ""); n += $12 + $13 } END { print n }'; }
if command -v nginx >/dev/null; then
  curl -fsS "$room/c/${page#/en/}files/text/en.txt" -o "$work/text.txt"
  touch "$work/wordpress.conf"
  "$(dirname "$0")/wordpress.sh" "$work/wordpress" "$work/text.txt" 18098 >"$work/wordpress.conf" || echo "WordPress is skipped"
  cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/error.log; worker_processes 2;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; gzip_static on; types { text/html html; } client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:18099; location / { root $work; open_file_cache max=10; add_header Cache-Control "public, max-age=60"; } }
  include $work/wordpress.conf; }
CONF
  chmod 755 "$work"
  nginx -c "$work/nginx.conf" 2>/dev/null &
  pids+=($!)
  until curl -fs -o /dev/null http://127.0.0.1:18099/index.html; do sleep 0.1; done
else
  echo "nginx is not here (apt-get install nginx-light): skipped"
fi

before=$(memory)
over() { awk "BEGIN { printf \"%.${3:-2}f\", $1 / $2 }"; }
ours=0 theirs=0
# round WHAT: full load of ours, then of nginx
round() {
  local had each line theirs_each workers
  had=$(cpu "$node")
  ours=$(measure "$room$page")
  each=$(over "($(cpu "$node") - $had) * 10000" "($ours * $seconds)" 0)
  line="entente $ours/s, $each µs of processor time for each"
  if command -v nginx >/dev/null; then
    workers=$(pgrep -P "$(cat "$work/nginx.pid")")
    had=$(cpu $workers)
    theirs=$(measure http://127.0.0.1:18099/index.html)
    theirs_each=$(over "($(cpu $workers) - $had) * 10000" "($theirs * $seconds)" 0)
    line="$line; nginx $theirs/s, $theirs_each µs; ratio of requests $(over "$ours" "$theirs"), of processor time $(over "$theirs_each" "$each")"
  fi
  echo "$1: $line"
}
# half WHAT: how long readers wait at half of our full load, and at half of nginx's, as the last round had them
half() {
  local of got
  for of in entente:"$ours" nginx:"$theirs"; do
    [ "${of#*:}" != 0 ] || continue
    got=$("$work/pace" -rate "$(over "${of#*:}" 2 0)" -seconds "$seconds" "$room$page")
    echo "$1, half the load of ${of%:*}: $(echo "$got" | awk '{ printf "%s/s; p50 %s ms, p99 %s ms, p99.9 %s ms, the longest %s ms", $1, $2, $3, $4, $5 }')"
  done
}
# servers: the processes of WordPress that live; children that come and go are counted as long as they are there
servers() { local p; for p in $(cat "$work/wordpress/pids"); do echo "$p" $(pgrep -P "$p"); done; }
for n in 1 2 3; do round "full load, round $n"; done
half "nothing else"
if [ -s "$work/wordpress.conf" ]; then
  blog=http://127.0.0.1:18098/$(cat "$work/wordpress/page")
  curl -fs "$blog" | grep -F "$(sed -n '$p' "$work/text.txt" | cut -f 2 | cut -c 1-20)" >"$work/found" || { echo "press.sh: the post does not show the text" >&2; exit 1; }
  longer=$((2 * seconds > 10 ? 2 * seconds : 10)) # for a page that takes a tenth of a second
  had=$(cpu $(servers))
  wordpress=$(measure "$blog" "$longer")
  theirs_each=$(over "($(cpu $(servers)) - $had) * 10" "($wordpress * $longer)" 1)
  ours=$(measure "$room$page")
  echo "$(cat "$work/wordpress/version"): $wordpress/s, $theirs_each ms of processor time for each; entente $ours/s right after it, $(over "$ours" "$wordpress" 0) times as many"
fi
flood &
pids+=($!)
round "full load, while replies are posted"
half "while replies are posted"
echo "memory of the process (three nodes): $before → $(memory) kB"

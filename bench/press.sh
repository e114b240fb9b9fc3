#!/usr/bin/env bash
# A communiqué's page from a node's press room against nginx that serves the same bytes as a static file, in one run; then the same while replies are being posted without end.
#
#   ENTENTE=/path/to/entente bench/press.sh [SECONDS]     with ENTENTE_DEMO=DIR, a demo that is being served already is used
#
# Needs wrk; nginx is measured if it is there, and its absence is said.
set -euo pipefail
seconds=${1:-5} work=$(mktemp -d) pids=()
trap '((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
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

# measure URL CONNECTIONS [DELAY_MS]: requests a second, and p99 in microseconds
cat >"$work/wait.lua" <<'LUA'
function delay() return tonumber(os.getenv("WAIT")) end
function done(s, l) io.write(string.format("RESULT %.0f %.0f\n", s.requests / s.duration * 1e6, l:percentile(99))) end
LUA
sed '/delay/d' "$work/wait.lua" >"$work/full.lua"
measure() { WAIT=${3:-0} wrk -t1 -c"$2" -d"${seconds}s" -H 'Accept-Encoding: gzip' -s "$work/$([ -n "${3:-}" ] && echo wait || echo full).lua" "$1" | sed -n 's/^RESULT //p'; }

node=$(pgrep -n -f -- "demo .*--dir $demo")
memory() { ps -o rss= -p "$node" | tr -d ' '; }
# cpu PID…: processor time of processes so far, in hundredths of a second
cpu() { cat $(printf '/proc/%s/stat ' "$@") | awk '{ sub(/.*\) /, ""); n += $12 + $13 } END { print n }'; }
if command -v nginx >/dev/null; then
  cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/error.log; worker_processes 2;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; gzip_static on; types { text/html html; } client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:18099; location / { root $work; open_file_cache max=10; add_header Cache-Control "public, max-age=60"; } } }
CONF
  chmod 755 "$work"
  nginx -c "$work/nginx.conf" 2>/dev/null &
  pids+=($!)
  until curl -fs -o /dev/null http://127.0.0.1:18099/index.html; do sleep 0.1; done
else
  echo "nginx is not here (apt-get install nginx-light): skipped"
fi

before=$(memory)
round() {
  local had each line theirs theirs_each workers
  had=$(cpu "$node")
  read -r ours _ < <(measure "$room$page" 32)
  each=$(awk "BEGIN { printf \"%.0f\", ($(cpu "$node") - $had) * 10000 / ($ours * $seconds) }")
  line="entente $ours/s, $each µs of processor time for each"
  if command -v nginx >/dev/null; then
    workers=$(pgrep -P "$(cat "$work/nginx.pid")")
    had=$(cpu $workers)
    read -r theirs _ < <(measure http://127.0.0.1:18099/index.html 32)
    theirs_each=$(awk "BEGIN { printf \"%.0f\", ($(cpu $workers) - $had) * 10000 / ($theirs * $seconds) }")
    line="$line; nginx $theirs/s, $theirs_each µs; ratio of requests $(awk "BEGIN { printf \"%.2f\", $ours / $theirs }"), of processor time $(awk "BEGIN { printf \"%.2f\", $theirs_each / $each }")"
  fi
  echo "$1: $line"
}
for n in 1 2 3; do round "full load, round $n"; done
flood &
pids+=($!)
round "full load, while replies are posted"
wait_ms=$(awk "BEGIN { printf \"%d\", 1000 * 32 / ($ours / 2) }")
read -r half p99 < <(measure "$room$page" 32 "$((wait_ms > 0 ? wait_ms : 1))")
echo "half load, while replies are posted: $half/s, p99 $(awk "BEGIN { printf \"%.1f\", $p99 / 1000 }") ms; memory of the process (three nodes) $before → $(memory) kB"

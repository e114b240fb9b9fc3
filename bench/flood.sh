#!/usr/bin/env bash
# What a flood of replies costs the readers of a press room, and how much of that is the press room's own doing: readers ask for a page at a set rate while nobody posts, while the same posts go to a server beside it that does
# nothing with them, and while they go to the press room, from one address and from many; all of it again and again in turn. With two processors, servers run on the first and those who ask and post on the second.
#
#   ENTENTE=/path/to/entente bench/flood.sh [SECONDS [ROUNDS]]     with READERS= and POSTS= a second, and ENTENTE_DEMO=DIR as in press.sh
set -euo pipefail
seconds=${1:-5} rounds=${2:-5} readers=${READERS:-4000} posts=${POSTS:-2000} work=$(mktemp -d) pids=()
trap '((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
demo=${ENTENTE_DEMO:-}
if [ -z "$demo" ]; then
  demo=$work/demo
  "${ENTENTE:-entente}" demo --profile fictional --dir "$demo" >"$work/demo.txt" &
  pids+=($!)
  until grep -q '^ *[0-9.]*s  Serving' "$work/demo.txt"; do kill -0 "${pids[0]}"; sleep 1; done
fi
room=http://$(sed -n "/^\[press\]/,/^\[/s/^listen = '\(.*\)'/\1/p" "$demo/cedar/entente.toml")
page=/en/valley/js-9/ sink=127.0.0.1:18097
curl -fsS "$room$page" -o "$work/page"
here=$(dirname "$0")
go build -o "$work/pace" "$here/pace/pace.go"
go build -o "$work/posts" "$here/posts/posts.go"
"$work/posts" -sink "$sink" &
pids+=($!)
until curl -s -o "$work/sink" "http://$sink/"; do sleep 0.1; done
node=$(pgrep -n -f -- "demo .*--dir $demo")
out=() # how those who ask and post are run
if (($(nproc) > 1)); then
  for p in "$node" "${pids[-1]}"; do taskset -acp 0 "$p" >"$work/pinned"; done
  out=(taskset -c 1)
fi
# spent: processor time of the node so far, and the time, both in hundredths of a second
spent() { echo "$(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$node/stat") $(($(date +%s%N) / 10000000))"; }
# once KIND: readers at their rate while posts go where KIND says
once() {
  local had got flood=() poster
  case $1 in
    control) flood=("http://$sink$page") ;;
    one) flood=("$room$page") ;;
    many) flood=(-from 250 "$room$page") ;;
  esac
  : >"$work/sent"
  if ((${#flood[@]})); then
    "${out[@]}" "$work/posts" -rate "$posts" -seconds "$((seconds + 1))" "${flood[@]}" >"$work/sent" &
    poster=$!
    sleep 0.5
  fi
  had=$(spent)
  got=$("${out[@]}" "$work/pace" -rate "$readers" -seconds "$seconds" "$room$page")
  had=$(echo "$had $(spent)" | awk '{ printf "%d", ($3 - $1) * 100 / ($4 - $2) }')
  ((${#flood[@]} == 0)) || wait "$poster"
  echo "$1 $got" >>"$work/all"
  echo "$1: $(echo "$got" | awk '{ printf "readers %s/s; p50 %s ms, p99 %s ms, p99.9 %s ms", $1, $2, $3, $4 }'); the node took $had % of a processor; replies a second, and answers by status: $(cat "$work/sent")"
}
for ((n = 0; n < rounds; n++)); do for kind in none control one many; do once "$kind"; done; done
# median KIND COLUMN
median() { awk -v k="$1" -v c="$2" '$1 == k { print $c }' "$work/all" | sort -n | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }
for kind in none control one many; do echo "median of $rounds, $kind: p50 $(median $kind 3) ms, p99 $(median $kind 4) ms, p99.9 $(median $kind 5) ms"; done
for kind in one many; do echo "$kind against control: p50 $(awk "BEGIN { printf \"%.2f\", $(median $kind 3) / $(median control 3) }"), p99 $(awk "BEGIN { printf \"%.2f\", $(median $kind 4) / $(median control 4) }")"; done
echo "memory of the process (three nodes): $(ps -o rss= -p "$node" | tr -d ' ') kB"

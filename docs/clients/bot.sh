#!/bin/sh
# A bot that takes its token from Daypass, and goes on with the next one in the middle of its work.
#
# Needs daypass and curl. No key: the terminal asks over the local socket, as the same user.
set -u

base=${UPSTOX_BASE_URL:-https://api.upstox.com}
generation=0

# The number of the next token, and the token itself: only in variables and on curl's standard input, never in arguments.
take() {
  until generation=$(daypass wait upstox --newer-than "$1" --limit 12h) && token=$(daypass token upstox --bot bot.sh); do
    case $? in
      3 | 4 | 6 | 7) sleep 1 ;; # Daypass restarts, there is none, not yet, asked by too many: that passes.
      *) exit 1 ;;
    esac
  done
}

take 0
while :; do
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --silent --noproxy '*' --config - --output /dev/null --write-out '%{http_code}' "$base/v2/user/profile")
  case $status in
    200) echo "token $generation: it works" ;; # Your work goes here.
    401)
      echo "token $generation was refused"
      # Daypass asks the broker once, however many bots say so.
      daypass report-invalid upstox --generation "$generation" >/dev/null 2>&1
      if ! daypass wait upstox --newer-than "$generation" --limit 10s >/dev/null 2>&1 &&
        daypass token upstox --bot bot.sh >/dev/null 2>&1; then
        continue # The broker takes it after all.
      fi
      take "$generation"
      continue
      ;;
    *) echo "the broker answered $status" >&2 ;;
  esac
  # A new token is there as soon as somebody has signed in.
  daypass wait upstox --newer-than "$generation" --limit 200ms >/dev/null 2>&1 && take "$generation"
done

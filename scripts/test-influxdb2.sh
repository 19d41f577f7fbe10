#!/bin/sh
# Runs the suite of telemetry stores against an InfluxDB 2.x or 3 of yours: an empty bucket for each run, a token that
# may write, read and delete in it.
#   scripts/test-influxdb2.sh http://127.0.0.1:8086 my-org my-bucket token-file
set -eu
[ $# = 4 ] || { sed -n '2,4p' "$0"; exit 2; }
cd "$(dirname "$0")/.."
FLUEWATCH_TEST_INFLUX2="$(printf '%s\n%s\n%s\n%s' "$1" "$2" "$3" "$(cat "$4")")" \
  npx vitest run test/platform/influx-writer.test.ts -t "of yours"

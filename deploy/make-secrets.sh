#!/bin/sh
# Makes what docker-compose.yml needs and nobody else may have: an authority of its own with two certificates, a
# credential for each who speaks MQTT, tokens and passwords; and plant.yaml, the demo plant to begin with. What is
# there already stays. It needs openssl and Node; run it as the user 1000 that the containers run as, or as root.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets authority # its key signs certificates, and goes into no container
[ -f plant.yaml ] || { grep -v '^example:' ../config/demo.yaml; cat server-part.yaml; } > plant.yaml

secret() { [ -f "secrets/$1" ] || openssl rand -hex 32 > "secrets/$1"; }
secret influx-token
secret influx-password
secret grafana-password
[ -f secrets/influx-user ] || echo admin > secrets/influx-user
cp secrets/influx-token secrets/influx2.token
# InfluxDB and Grafana run as users of their own; the folder is closed to all others on this machine.
chmod 644 secrets/influx-token secrets/influx-password secrets/influx-user secrets/grafana-password

ec="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
if [ ! -f secrets/ca.pem ]; then
  openssl req -x509 $ec -days 3650 -subj "/CN=Fluewatch plant authority" -keyout authority/ca.key -out secrets/ca.pem
fi
certificate() {
  [ -f "secrets/$1.pem" ] && return
  openssl req $ec -subj "/CN=$1" -keyout "secrets/$1.key" -out "secrets/$1.csr"
  printf 'subjectAltName=DNS:%s,DNS:localhost,DNS:%s,IP:127.0.0.1\n' "$1" "$(hostname)" > "secrets/$1.ext"
  openssl x509 -req -days 825 -in "secrets/$1.csr" -CA secrets/ca.pem -CAkey authority/ca.key -CAserial authority/ca.srl -CAcreateserial \
    -extfile "secrets/$1.ext" -out "secrets/$1.pem"
  rm "secrets/$1.csr" "secrets/$1.ext"
}
certificate mosquitto
certificate server

fluewatch="node ../scripts/fluewatch.js"
for user in server $(sed -n '/^gateways:/,/^[a-z]*:$/s/^  - id: *//p' plant.yaml); do
  [ -f "secrets/$user.secret" ] || $fluewatch mqtt credential "$user" --config plant.yaml --secrets secrets
done
$fluewatch mqtt mosquitto secrets/mosquitto --config plant.yaml
[ "$(id -u)" != 0 ] || chown -R 1000:1000 secrets authority plant.yaml
echo "secrets/ and plant.yaml are ready: docker-compose up -d"

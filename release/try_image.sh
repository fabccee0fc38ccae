#!/usr/bin/env bash
# Start an image, and wait until its health check succeeds: `release/try_image.sh IMAGE`.
set -euo pipefail
container=$(docker run --detach "$1")
trap 'docker rm --force "$container" >/dev/null' EXIT
for _ in $(seq 40); do
    health=$(docker inspect --format '{{.State.Health.Status}}' "$container")
    if [ "$health" = healthy ]; then
        echo "$1 is healthy"
        exit 0
    fi
    sleep 0.25
done
docker logs "$container"
echo "$1 is $health after 10 seconds" >&2
exit 1

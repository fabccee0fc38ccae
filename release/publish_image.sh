#!/usr/bin/env bash
# Publish a saved image as $IMAGE, with the version of the tag and as the newest. IMAGE_USER and IMAGE_TOKEN log in.
set -euo pipefail
version=${GITHUB_REF_NAME#v}
registry=${IMAGE%%/*}
case $registry in *.*) ;; *) registry= ;; esac  # a name without a dot is a user of the default registry

docker load --input "$1"
docker login --username "$IMAGE_USER" --password-stdin ${registry:+"$registry"} <<<"$IMAGE_TOKEN"
for tag in "$version" latest; do
    docker tag emporix-mockserver "$IMAGE:$tag"
    docker push "$IMAGE:$tag"
done

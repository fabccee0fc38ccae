#!/usr/bin/env bash
# Publish the npm packages in a folder: first those of the platforms, which the main package depends on, and last the
# one for tests, whose name has a scope.
set -euo pipefail
cd "$1"
for package in emporix-mockserver-*-*-[0-9]*.tgz emporix-mockserver-[0-9]*.tgz \
    emporix-mockserver-test-[0-9]*.tgz; do
    npm publish --access public "./$package"
done

#!/bin/sh
# Lint the workflows that a project made with `pulumi new` gets with the pinned actionlint.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary="$here/../../.tools/actionlint"
command -v go > /dev/null || { echo "error: go is not on PATH, it builds actionlint; Debian: apt-get install golang" >&2; exit 1; }
# Quick when nothing changed: Go has it cached.
go -C "$here" build -mod=readonly -buildvcs=false -o "$binary" github.com/rhysd/actionlint/cmd/actionlint
cd "$here/../.."
exec "$binary" -color template/.github/workflows/*.yml

//go:build tools

// Package tools pins what the checks run.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"

//go:build tools

// Package tools pins what the bench compares with.
package tools

import _ "github.com/wjdp/htmltest"

//go:build tools

// Package tools pins what the bench compares with.
package tools

import _ "github.com/bep/s3deploy/v2"

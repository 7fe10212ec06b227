// k6 with one module more, k6/x/sse.
package main

import (
	"go.k6.io/k6/cmd"

	_ "tools/k6/sse"
)

func main() {
	cmd.Execute()
}

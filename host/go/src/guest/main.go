// The component: the project's package, which exports its probe when it is initialised, and the bindings.
package main

import (
	_ "shipworthy_component/project"
	_ "shipworthy_component/wit_exports"
)

func main() {}

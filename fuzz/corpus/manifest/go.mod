module x

go 1.22

require (
	a/b v1.0.0 // indirect
)
tool a/b/cmd
replace a => ../a

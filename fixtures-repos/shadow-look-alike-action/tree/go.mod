module example.org/kestrel

go 1.25

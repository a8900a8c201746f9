module example.org/kestrel

go 1.25

replace github.com/securego/gosec/v2 => ./fake

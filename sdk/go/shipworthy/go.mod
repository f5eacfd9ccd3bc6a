module shipworthy.dev/shipworthy

go 1.24

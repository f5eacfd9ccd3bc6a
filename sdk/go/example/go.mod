module example.com/orders

go 1.24

require shipworthy.dev/shipworthy v0.0.0

replace shipworthy.dev/shipworthy => ./sdk/shipworthy

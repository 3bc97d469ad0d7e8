package libvirt

import (
	"math"
	"strconv"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// parameter reads the value of a typed parameter as text.
func parameter(d *decoder) string {
	switch golibvirt.TypedParameterType(d.uint32()) {
	case golibvirt.TypedParamInt:
		return strconv.Itoa(int(int32(d.uint32())))
	case golibvirt.TypedParamUint:
		return strconv.FormatUint(uint64(d.uint32()), 10)
	case golibvirt.TypedParamLlong:
		return strconv.FormatInt(int64(d.uint64()), 10)
	case golibvirt.TypedParamUllong:
		return strconv.FormatUint(d.uint64(), 10)
	case golibvirt.TypedParamDouble:
		return strconv.FormatFloat(math.Float64frombits(d.uint64()), 'g', -1, 64)
	case golibvirt.TypedParamBoolean:
		return strconv.FormatBool(d.uint32() != 0)
	case golibvirt.TypedParamString:
		return d.text()
	}
	d.bad = true // how long it is isn't known either
	return ""
}

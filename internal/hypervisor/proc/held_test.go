package proc

import (
	"reflect"
	"testing"
)

// TestCompareOrdersByAllButCount: two Held that compare as equal are counted as one
// thing, so every field must count but Count itself.
func TestCompareOrdersByAllButCount(t *testing.T) {
	kind := reflect.TypeFor[Held]()
	for i := range kind.NumField() {
		var a, b Held
		change(t, reflect.ValueOf(&b).Elem().Field(i))
		name := kind.Field(i).Name
		switch order, reverse := a.compare(b), b.compare(a); {
		case name == "Count" && (order != 0 || reverse != 0):
			t.Errorf("a count makes a difference: %d, %d", order, reverse)
		case name != "Count" && (order >= 0 || reverse <= 0):
			t.Errorf("%s: %d, %d", name, order, reverse)
		}
		if a.compare(a) != 0 || b.compare(b) != 0 {
			t.Errorf("%s: not equal to itself", name)
		}
	}
}

// change sets a field to what isn't its zero value.
func change(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Uint64, reflect.Uint32:
		v.SetUint(1)
	case reflect.Struct:
		change(t, v.Field(1))
	default:
		t.Fatalf("a field of kind %v", v.Kind())
	}
}

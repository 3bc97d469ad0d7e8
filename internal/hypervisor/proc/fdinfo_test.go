package proc

import "testing"

func TestParseInfo(t *testing.T) {
	for text, want := range map[string]info{
		"pos:\t0\nflags:\t0100000\nmnt_id:\t24\n":                            {access: Read},
		"pos:\t0\nflags:\t02104001\n":                                        {access: Write},
		"flags:\t02100002\nlock:\t1: OFDLCK ADVISORY  READ -1 fe:00:1 1 2\n": {access: ReadWrite},
		"flags:\t012000000\n":                                                {access: PathOnly},
		"flags:\t0104002\niff:\tvnet0\n":                                     {access: ReadWrite, tap: "vnet0"},
		"flags:\t0104002\ntty-index:\t12\n":                                  {access: ReadWrite, pty: "/dev/pts/12"},
		"vfio-device-syspath:\t/sys/devices/pci0000:e0/0000:e1:00.0\n":       {pci: "0000:e1:00.0"},
		"flags:\t03\n":            {},
		"flags:\tx\n":             {},
		"flags: 0100000\n":        {},
		"flags:\t010000":          {access: Read},
		"":                        {},
		"flags:\n:\t\n\n\t\nx\ty": {},
	} {
		if got := parseInfo([]byte(text)); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

package guest

// uuidForm is where a uuid has digits and where dashes.
const uuidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

// uuidBytes gives what a byte stands for in uuidForm.
var uuidBytes = func() (form [256]byte) {
	for _, c := range "0123456789abcdef" {
		form[c] = 'x'
	}
	form['-'] = '-'
	return form
}()

// isUUID tells whether a text is a uuid as records have it: in lower case and
// with dashes. Every change is asked, so it has no branch a byte.
func isUUID(s string) bool {
	if len(s) != len(uuidForm) {
		return false
	}
	var other byte
	for i := range len(uuidForm) {
		other |= uuidForm[i] ^ uuidBytes[s[i]]
	}
	return other == 0
}

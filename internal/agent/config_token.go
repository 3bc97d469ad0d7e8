package agent

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// leastToken is how long a token is that nobody guesses; maxToken bounds what is
// read of a file that is none.
const leastToken, maxToken = 20, 4096

// Token gives the token of the API by TCP, which only the service's user may be
// able to read. Where its file is missing, one is made.
func (c *Config) Token() (string, error) {
	token, err := readToken(c.TokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		return makeToken(c.TokenFile)
	}
	return token, err
}

func readToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return "", fmt.Errorf("token %s: its mode is %s: only its owner may be able to read it (chmod 600)", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxToken))
	if err != nil {
		return "", fmt.Errorf("token %s: %w", path, err)
	}
	return checkToken(path, strings.TrimSpace(string(text)))
}

// checkToken refuses what can be guessed, and what no header can carry.
func checkToken(path, token string) (string, error) {
	if len(token) < leastToken {
		return "", fmt.Errorf("token %s: %d characters are too few; remove the file and one is made", path, len(token))
	}
	for _, b := range []byte(token) {
		if b <= ' ' || b > '~' {
			return "", fmt.Errorf("token %s: byte %#02x can't be in a token", path, b)
		}
	}
	return token, nil
}

// makeToken writes a new token, whole or not at all.
func makeToken(path string) (string, error) {
	token := rand.Text()
	f, err := os.CreateTemp(filepath.Dir(path), ".token-*") // 0600
	if err != nil {
		return "", fmt.Errorf("token %s: %w", path, err)
	}
	_, err = f.WriteString(token + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("token %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return token, nil
}

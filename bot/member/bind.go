package member

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// codeLetters are easy to tell apart when read aloud or copied by hand.
const codeLetters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

const codeLength = 8

// Code is a one-time binding code for a person.
type Code struct {
	Person  bot.Person
	Code    string
	Expires time.Time
}

// NewCodes makes a code for each of the people, ending earlier ones of theirs.
func NewCodes(tx *store.Tx, people []bot.Person, life time.Duration) ([]Code, error) {
	codes := make([]Code, 0, len(people))
	for _, p := range people {
		text, err := randomCode(rand.Reader)
		if err != nil {
			return nil, err
		}
		c := Code{Person: p, Code: text, Expires: tx.Now().Add(life)}
		if err := tx.SaveCode(text, p.ID, c.Expires); err != nil {
			return nil, err
		}
		codes = append(codes, c)
	}
	return codes, nil
}

func randomCode(random io.Reader) (string, error) {
	var code [codeLength]byte
	for i := range code {
		var b [1]byte
		for {
			if _, err := io.ReadFull(random, b[:]); err != nil {
				return "", fmt.Errorf("binding code: %w", err)
			}
			// The largest multiple of the alphabet below 256, so that every letter is as likely.
			if int(b[0]) < 256/len(codeLetters)*len(codeLetters) {
				break
			}
		}
		code[i] = codeLetters[int(b[0])%len(codeLetters)]
	}
	return string(code[:]), nil
}

// Texts renders the pack's texts.
type Texts func(name string, fields map[string]string) string

// Bind makes the account speak for the person whose code it is and returns what the person reads. The error is a *bot.Error when
// the code isn't good.
func Bind(tx *store.Tx, account store.AccountKey, code string, texts Texts) (string, error) {
	code = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(code))
	id, err := tx.TakeCode(code)
	if errors.Is(err, store.ErrNotFound) {
		return "", &bot.Error{Code: bot.CodeBadValue, Text: texts("bind_failed", nil)}
	}
	if err != nil {
		return "", err
	}
	if _, err := tx.BindAccount(account, id); err != nil {
		return "", err
	}
	p, err := tx.Person(id)
	if err != nil {
		return "", err
	}
	err = tx.Audit(store.Change{ActorID: id, Actor: p.Name, Action: "bind", Subject: "person", SubjectID: id,
		After: map[string]any{"channel": account.Channel}})
	return texts("bind_done", map[string]string{"name": p.Name, "role": roles(p)}), err
}

// roles names what a person may act as, each once.
func roles(p *bot.Person) string {
	var names []string
	for _, r := range p.Roles {
		label := r.Name.Label()
		if r.Agency != "" {
			label = r.Agency
		}
		if len(names) == 0 || names[len(names)-1] != label {
			names = append(names, label)
		}
	}
	return strings.Join(names, "、")
}

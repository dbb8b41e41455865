package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
)

const ledgerPath = "/console/ledger"

// LedgerLink is which ledger a link opens.
type LedgerLink struct {
	Week    string // 2026-W47
	Unit    string // code; empty is the whole county
	Edition string // internal or public
}

// Links makes and checks links that open a ledger without a login: signed, and good until they expire.
type Links struct {
	key  []byte
	base string // the public URL, without a slash at the end
	life time.Duration
	now  bot.Clock
}

// NewLinks makes links that are signed with the key.
func NewLinks(key []byte, base string, life time.Duration, now bot.Clock) *Links {
	return &Links{key: key, base: strings.TrimRight(base, "/"), life: life, now: now}
}

// Ledger returns a link that opens the ledger.
func (l *Links) Ledger(to LedgerLink) string {
	expires := l.now().Add(l.life).Unix()
	q := url.Values{"week": {to.Week}, "edition": {to.Edition}, "expires": {strconv.FormatInt(expires, 10)}, "sign": {l.sign(to, expires)}}
	if to.Unit != "" {
		q.Set("unit", to.Unit)
	}
	return l.base + ledgerPath + "?" + q.Encode()
}

func (l *Links) sign(to LedgerLink, expires int64) string {
	mac := hmac.New(sha256.New, l.key)
	for _, part := range []string{"ledger", to.Week, to.Unit, to.Edition, strconv.FormatInt(expires, 10)} {
		mac.Write([]byte(part + "\x00"))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

var errLink = errors.New("链接不对或已过期,请在群里重新发“#台账”")

// open returns what a link asks for, after its signature and its time were checked.
func (l *Links) open(q url.Values) (LedgerLink, error) {
	to := LedgerLink{Week: q.Get("week"), Unit: q.Get("unit"), Edition: q.Get("edition")}
	expires, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	if err != nil || !hmac.Equal([]byte(q.Get("sign")), []byte(l.sign(to, expires))) || l.now().Unix() > expires {
		return LedgerLink{}, errLink
	}
	return to, nil
}

// Ledgers answers ledger links with the file that write makes. The file is made whole before the first byte goes out, so that a
// failure is a status and not half a workbook.
func (l *Links) Ledgers(write func(r *http.Request, to LedgerLink) (name string, file []byte, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, err := l.open(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		name, file, err := write(r, to)
		if err != nil {
			http.Error(w, "台账没有生成,请稍后再试", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(file)
	})
}

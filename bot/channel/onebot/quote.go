package onebot

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
)

// minDashes is how many dashes the line below a quote has at least; WeChat writes 15, some bridges 16.
const minDashes = 10

// splitQuote splits the text form of a quote, which is what WeChat's copies and many bridges give:
//
//	「name：quoted text」
//	- - - - - - - - - - - - - - -
//	reply
//
// A text that isn't of this form is all reply, and the quote is nil.
func splitQuote(text string) (quote *bot.Quote, reply string) {
	rest, found := strings.CutPrefix(text, "「")
	if !found {
		return nil, text
	}
	quoted, rest, found := strings.Cut(rest, "」\n- - -")
	if !found {
		return nil, text
	}
	line, reply, _ := strings.Cut(rest, "\n")
	if strings.Trim(line, "- \r") != "" || strings.Count(line, "-")+3 < minDashes {
		return nil, text
	}
	// Some bridges write the half-width colon; names may hold either, so the first one has to do.
	quote = &bot.Quote{Text: strings.TrimSpace(quoted)}
	if at := strings.IndexAny(quoted, "：:"); at >= 0 {
		_, width := utf8.DecodeRuneInString(quoted[at:])
		quote.Sender, quote.Text = quoted[:at], strings.TrimSpace(quoted[at+width:])
	}
	return quote, reply
}

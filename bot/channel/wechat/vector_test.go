package wechat

import (
	"net/url"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// A message encrypted with a known random, and its signatures, made by other software.
func TestVector(t *testing.T) {
	const (
		random  = "0123456789abcdef"
		plain   = `<xml><FromUserName>oU1</FromUserName><MsgType>text</MsgType><Content>路灯不亮</Content><MsgId>1</MsgId></xml>`
		encrypt = "Q3stYC6hdFzMh9T8HCvyDKwHYVEnz/VIAIrymyJSzdem8kNUwgJYTXoUZnCxqIaZd3vlXYE7BqbrmBYDRTLC4VTXEnUmFJyJnSmVuSSpel+7" +
			"u4xi3/xFQd7wTVEOobLfsVA2u5tsvzF/N2Y3mLN4aeGZpgOfLSrVlPOx7P8g86kP4UrL4nqzXDLyXtrPhF7m4PFox4VXXCOBtUN4ignxBw=="
	)
	a, err := New(Settings{
		Name: "gz", AppID: "wx0123456789abcdef", AppSecret: "fictitious-app-secret", Token: "tsstoken",
		EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: ModeSafe,
	}, Deps{Clock: func() time.Time { return time.Unix(1763877600, 0).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{
		"timestamp": {"1763877600"}, "nonce": {"1320562132"}, "signature": {"70404ae6740783febd5c2de954fbf4ccdbe318a4"},
		"encrypt_type": {"aes"}, "msg_signature": {"8333f2cf522c339a7c68aace5970d1cd82a0a2ed"},
	}
	if err := a.checkQuery(query); err != nil {
		t.Error(err)
	}
	in, encrypted, err := a.open(query, []byte("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA["+encrypt+"]]></Encrypt></xml>"))
	if err != nil {
		t.Fatal(err)
	}
	if !encrypted || in.FromUserName != "oU1" || in.MsgType != "text" || in.Content != "路灯不亮" || in.MsgID != "1" {
		t.Errorf("opened %+v", in)
	}
	sealed, err := util.EncryptMsg([]byte(random), []byte(plain), a.settings.AppID, a.settings.EncodingAESKey)
	if err != nil || string(sealed) != encrypt {
		t.Errorf("encrypted to %s, %v", sealed, err)
	}
}

// The sample of developers.weixin.qq.com/doc, 接入指南.
func TestSigned_OfficialSample(t *testing.T) {
	const signature = "899cf89e464efb63f54ddac96b0a0a235f53aa78"
	if !signed(signature, "AAAAA", "1714037059", "486452656") {
		t.Error("the official sample is refused")
	}
	if signed(signature, "AAAAA", "1714037059", "486452657") || signed("", "AAAAA", "1714037059", "486452656") {
		t.Error("a wrong signature is accepted")
	}
}

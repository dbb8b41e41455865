package main

import (
	"fmt"
	"os"
	"time"

	"tongshishang/bot/advice"
	"tongshishang/bot/understand"
	"tongshishang/config"
)

// countyModel reads the model that the configuration names, and what it calls itself; nil when it names none and the embedded one is
// used. A file that is damaged or was made for another version is refused.
func countyModel(cfg *config.Config) (file []byte, version string, err error) {
	path := cfg.Understand.Model
	if path != "" {
		if file, err = os.ReadFile(path); err != nil {
			return nil, "", fmt.Errorf("understand.model:%w", err)
		}
		if len(file) == 0 {
			return nil, "", fmt.Errorf("understand.model:%s 是空的", path)
		}
	}
	if version, err = understand.ModelVersion(file); err != nil {
		return nil, "", fmt.Errorf("understand.model:%s 用不了(%w);重新运行 tongshishang learn,或去掉这一项", path, err)
	}
	return file, version, nil
}

// checkModel is the doctor's line on the model in use.
func checkModel(cfg *config.Config) (string, error) {
	_, version, err := countyModel(cfg)
	if cfg.Understand.Model == "" {
		return fmt.Sprintf("自带的,版本 %s", version), err
	}
	return fmt.Sprintf("%s,版本 %s", cfg.Understand.Model, version), err
}

// newAdviser asks the language model outside that the configuration names; without one it does nothing.
func (a *app) newAdviser(zone *time.Location) *advice.Adviser {
	l := a.cfg.LLM
	var client *advice.Client
	if l.URL != "" {
		client = &advice.Client{URL: l.URL, Key: l.Key.Reveal(), Model: l.Model, Timeout: l.Timeout}
	}
	return advice.New(a.store, client, advice.Options{Requests: l.DailyRequests, Tokens: l.DailyTokens, Below: l.Below,
		Categories: a.rules.Categories.Names(), Zone: zone}, a.now, a.log, a.registry)
}

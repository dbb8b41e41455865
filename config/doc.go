// Package config holds what can be set without touching code: the service's configuration (one YAML file, overridden by
// TSS_ environment variables) and the rule packs (categories, texts, rates, limits …) that are embedded in the program and
// can be replaced from a folder. Everything is checked when it is loaded and every fault is reported at once, with its key,
// its value and how to mend it.
//
// It doesn't apply the rules: deadlines are counted in bot/workflow, votes in bot/ballot, rates in bot/report. It opens no
// database and no network connection, and imports nothing of this module.
package config

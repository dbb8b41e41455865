// Package web is the HTTP side: one route table with the channels' webhooks, health and metrics, and the pages and links of the
// administration. What a request may see is decided by its signature; the work is done elsewhere.
package web

// Package command is the table of chat commands: their names, aliases, arguments, who may use them, one line of help and an
// example each, and the parser that reads them. #帮助 is made from the table. A command does its work through the packages
// issue, ballot and member, where rights and rules are kept; it is one entry in one file, a verb or a family of verbs.
package command

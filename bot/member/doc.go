// Package member holds who is who: units, people with their roles, and the binding of chat accounts to them; and the import of
// units and members from CSV and XLSX, which takes a file whole or not at all.
package member

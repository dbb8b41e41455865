package understand

import "bytes"

// BaseModel is the file of the embedded model, for a county's own to be made from.
func BaseModel() []byte { return bytes.Clone(embedded) }

// ModelVersion is what a model's file calls itself; of an empty file the embedded one. The error is model.ErrDamaged for what isn't a
// whole model that answers this package's questions.
func ModelVersion(file []byte) (string, error) {
	t, err := newTrained(file)
	if err != nil {
		return "", err
	}
	return t.Version, nil
}

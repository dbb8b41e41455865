// Package model is the trained part of reading: texts become sparse vectors of character n-grams and of whatever else the caller
// knows of them, and a linear model with several heads scores the classes of each. It holds the features, the file's form, the
// scoring and the fitting; what the classes mean and which texts it is trained on is the caller's.
package model

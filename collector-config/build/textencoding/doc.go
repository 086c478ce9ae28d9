// Package textencoding is the text_encoding extension of our Collector build: it turns each log
// record's body into text, so that the file exporter can write the CSV line that a transform built.
//
// Why it exists: the contrib distribution's own text_encoding module could not be had from the
// module mirror at the version that the rest of this build is pinned to. This one has the same type
// name (text_encoding), takes the same configuration keys and writes the same bytes, so
// collector-config/config.yaml runs unchanged on the official contrib image, with the stock one.
// When the stock module is to be had, delete this directory and name that module in manifest.yaml.
//
// In: logs. Out: the body text of each record in order, the separator between records and none
// after the last, because the file exporter ends every write with a newline. Decoding is left out:
// no component of this build reads text.
package textencoding

// samples CONTROL_URL [TLS_CONTROL_URL]: runs every call of the Pinecone SDK for Go and prints a JSON line for each sample.
// With --names it only lists them. The samples over TLS need the second URL, and SSL_CERT_FILE to name the authority.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

type sample struct {
	name string
	run  func(*tour)
}

type line struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`
}

var plainSamples = slices.Concat(deleteSamples, indexSamples, collectionSamples, backupSamples, vectorSamples, namespaceSamples, modelSamples, versionSamples)
var tlsSamples = slices.Concat(recordSamples, versionTLSSamples)

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 1 && arguments[0] == "--names":
		printNames()
	case len(arguments) == 1:
		runAll(plainSamples, arguments[0])
	case len(arguments) == 2:
		runAll(plainSamples, arguments[0])
		runAll(tlsSamples, arguments[1])
	default:
		fmt.Fprintln(os.Stderr, "usage: samples CONTROL_URL [TLS_CONTROL_URL]")
		os.Exit(2)
	}
}

func printNames() {
	names := []string{}
	for _, sample := range slices.Concat(plainSamples, tlsSamples) {
		names = append(names, sample.name)
	}
	print(names)
}

func runAll(samples []sample, url string) {
	for _, sample := range samples {
		print(runOne(sample, url))
	}
}

// What a sample finds wrong it panics with.
func runOne(sample sample, url string) (result line) {
	result = line{Name: sample.name, Outcome: "ok"}
	defer func() {
		if problem := recover(); problem != nil {
			result.Outcome, result.Detail = "failed", fmt.Sprint(problem)
		}
	}()
	sample.run(newTour(url))
	return result
}

func print(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

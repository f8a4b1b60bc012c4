package main

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"samples/pinecone"
)

const model = "polyvec-local"

// One sample's client.
type tour struct {
	ctx    context.Context
	client *pinecone.Client
}

// An index, and a connection to one namespace of it.
type filled struct {
	*pinecone.IndexConnection
	name string
	host string
}

var names = 0

func newTour(url string) *tour {
	client := must(pinecone.NewClient(pinecone.NewClientParams{ApiKey: "YOUR_API_KEY", Host: url}))
	return &tour{ctx: context.Background(), client: client}
}

// A name that no other sample uses.
func (t *tour) name(purpose string) string {
	names++
	return fmt.Sprintf("go-%s-%d", purpose, names)
}

func (t *tour) create(purpose string, dimension int32, metric pinecone.IndexMetric) *pinecone.Index {
	return must(t.client.CreateServerlessIndex(t.ctx, &pinecone.CreateServerlessIndexRequest{
		Name:      t.name(purpose),
		Cloud:     pinecone.Aws,
		Region:    "us-east-1",
		Metric:    &metric,
		Dimension: &dimension,
	}))
}

func (t *tour) connect(index *pinecone.Index, namespace string) filled {
	connection := must(t.client.Index(pinecone.NewIndexConnParams{Host: index.Host, Namespace: namespace}))
	return filled{connection, index.Name, index.Host}
}

// Two records that delete by id removes, and two of the genre that delete by metadata removes, as in the documentation.
func (t *tour) filled() filled {
	index := t.connect(t.create("filled", 3, pinecone.Cosine), "example-namespace")
	count := must(index.UpsertVectors(t.ctx, []*pinecone.Vector{
		vector("id-1", []float32{1, 0, 0}, map[string]any{"genre": "comedy", "year": 2019}),
		vector("id-2", []float32{0, 1, 0}, map[string]any{"genre": "documentary", "year": 2020}),
		vector("id-3", []float32{0, 0, 1}, map[string]any{"genre": "documentary", "year": 2021}),
		vector("other", []float32{1, 1, 0}, map[string]any{"genre": "drama", "year": 2022}),
	}))
	same("the count of upserted records", count, uint32(4))
	return index
}

// The ids in the namespace, in order.
func (t *tour) ids(index filled) []string {
	return values(must(index.ListVectors(t.ctx, &pinecone.ListVectorsRequest{})).VectorIds)
}

func vector(id string, values []float32, metadata map[string]any) *pinecone.Vector {
	made := &pinecone.Vector{Id: id, Values: &values}
	if metadata != nil {
		made.Metadata = object(metadata)
	}
	return made
}

func object(fields map[string]any) *structpb.Struct {
	return must(structpb.NewStruct(fields))
}

func matchIds(answer *pinecone.QueryVectorsResponse) []string {
	ids := []string{}
	for _, match := range answer.Matches {
		ids = append(ids, match.Vector.Id)
	}
	return ids
}

func values[T any](pointers []*T) []T {
	found := []T{}
	for _, pointer := range pointers {
		found = append(found, *pointer)
	}
	return found
}

func pointer[T any](value T) *T {
	return &value
}

func must[T any](value T, err error) T {
	succeed(err)
	return value
}

func succeed(err error) {
	if err != nil {
		panic(err)
	}
}

func same(what string, found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		panic(fmt.Sprintf("%s is %v, not %v", what, found, expected))
	}
}

func sameVector(what string, found, expected *pinecone.Vector) {
	holds(what+" is missing", found != nil)
	same(what+": the id", found.Id, expected.Id)
	same(what+": the values", found.Values, expected.Values)
	same(what+": the sparse values", found.SparseValues, expected.SparseValues)
	holds(fmt.Sprintf("%s: the metadata is %v, not %v", what, found.Metadata, expected.Metadata), proto.Equal(found.Metadata, expected.Metadata))
}

func near(what string, found float32, expected float64) {
	holds(fmt.Sprintf("%s is %v, not about %v", what, found, expected), math.Abs(float64(found)-expected) < 1e-5)
}

func contains(what string, list []string, wanted string) {
	holds(fmt.Sprintf("%s are %v, without %v", what, list, wanted), slices.Contains(list, wanted))
}

func holds(otherwise string, condition bool) {
	if !condition {
		panic(otherwise)
	}
}

// The work must have failed, with an error whose text holds all these words.
func refused(err error, words ...string) {
	holds(fmt.Sprintf("it was answered as if it were fine, not refused with %v", words), err != nil)
	for _, word := range words {
		holds(fmt.Sprintf("it was refused with %v, not with %v", err, word), strings.Contains(err.Error(), word))
	}
}

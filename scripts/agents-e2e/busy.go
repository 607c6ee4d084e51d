package main

import (
	"log"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/grafana/pyroscope-go"
)

// Spins for as long as it is told, with the agent as its documentation has it.

var sum float64

//go:noinline
func hotLoop(until time.Time) {
	for time.Now().Before(until) {
		for i := 0; i < 1000000; i++ {
			sum += math.Sqrt(float64(i))
		}
	}
}

func main() {
	seconds, err := strconv.Atoi(os.Getenv("BUSY_SECONDS"))
	if err != nil {
		log.Fatal(err)
	}
	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: os.Getenv("PYROSCOPE_APPLICATION_NAME"),
		ServerAddress:   os.Getenv("PYROSCOPE_SERVER_ADDRESS"),
		Tags:            map[string]string{"region": "eu"},
		UploadRate:      2 * time.Second,
	})
	if err != nil {
		log.Fatal(err)
	}
	hotLoop(time.Now().Add(time.Duration(seconds) * time.Second))
	if err := profiler.Stop(); err != nil {
		log.Fatal(err)
	}
}

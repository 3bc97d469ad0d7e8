package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("virtaudit_"+name, help, labels, nil)
}

var (
	descBuild        = desc("build_info", "The version that runs.", "version")
	descReady        = desc("ready", "Whether the service takes in what its sources say.")
	descUp           = desc("source_up", "Whether a source is watched.", "source", "witness")
	descRecords      = desc("records_total", "Audit records taken from a source.", "source", "witness")
	descObservations = desc("observations_total", "Observations taken from a source.", "source", "witness")
	descLost         = desc("lost_records_total", "Records that were lost, at least: one for each time that it isn't known how many were.", "source", "witness")
	descLag          = desc("source_lag_seconds", "How far behind a source is read.", "source", "witness")
	descFacts        = desc("store_facts", "Facts in the store, by kind.", "kind")
	descBytes        = desc("store_bytes", "What the store's files take.")
	descFull         = desc("store_full", "Whether there is no room for more facts.")
	descCommits      = desc("store_commits_total", "Commits since the service started.")
	descFindings     = desc("findings", "Findings in the store, by kind.", "kind")
	descGuests       = desc("guests", "Guests in the store.")
	descRunning      = desc("guests_running", "Guests that run.")
	descSessions     = desc("sessions", "Sessions in the store.")
)

// collector gives the figures as they are when they are asked for: the service
// and its store count, web doesn't.
type collector struct{ server *Server }

// Describe tells nothing, as the sources come and go.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect asks for the status and counts the store's rows.
func (c collector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- metric(d, prometheus.GaugeValue, v, labels)
	}
	st := c.server.config.Status()
	gauge(descBuild, 1, st.Version)
	gauge(descReady, truth(st.ready()))
	gauge(descBytes, float64(st.Store.Bytes))
	gauge(descFull, truth(st.Store.Full))
	to <- metric(descCommits, prometheus.CounterValue, float64(st.Store.Commits), nil)
	seen := map[[2]string]bool{} // a metric that comes twice spoils all
	for i := range st.Sources {
		of := &st.Sources[i]
		if key := [2]string{showable(of.Name), string(of.Witness)}; !seen[key] {
			seen[key] = true
			collectSource(to, of, key[:])
		}
	}
	if err := c.counts(gauge); err != nil {
		to <- prometheus.NewInvalidMetric(descFindings, err)
	}
}

func collectSource(to chan<- prometheus.Metric, of *Source, labels []string) {
	to <- metric(descUp, prometheus.GaugeValue, truth(of.State == Up), labels)
	to <- metric(descRecords, prometheus.CounterValue, float64(of.Records), labels)
	to <- metric(descObservations, prometheus.CounterValue, float64(of.Observations), labels)
	to <- metric(descLost, prometheus.CounterValue, float64(of.Lost), labels)
	if of.Lag >= 0 {
		to <- metric(descLag, prometheus.GaugeValue, of.Lag.Seconds(), labels)
	}
}

// metric makes one whose labels are UTF-8.
func metric(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels []string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, kind, v, labels...)
}

func (c collector) counts(gauge func(*prometheus.Desc, float64, ...string)) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	n, err := c.server.config.Store.Counts(ctx)
	if err != nil {
		c.server.config.Log.Error("metrics", "error", err)
		return errors.New("the store can't be counted: it is in the service's log")
	}
	for kind, count := range n.Facts {
		gauge(descFacts, float64(count), kind.String())
	}
	for kind, count := range n.Findings {
		gauge(descFindings, float64(count), showable(string(kind)))
	}
	gauge(descGuests, float64(n.Guests))
	gauge(descRunning, float64(n.Running))
	gauge(descSessions, float64(n.Sessions))
	return nil
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// metricsRoute is answered by Prometheus's own handler.
var metricsRoute = route{path: "/metrics"}

// maxScrapes is how many requests for metrics are answered at a time.
const maxScrapes = 4

func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// Its own limits would be told in plain text; what takes time is bounded in counts.
	figures := promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	scrapes := make(slots, maxScrapes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.newRequest(&metricsRoute, r); err != nil {
			s.fail(w, r, err)
			return
		}
		scrapes.serve(figures, w, r)
	})
}

using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace SearchService;

/// <summary>The instruments of the library's meter as text that Prometheus reads. OpenTelemetry takes the same meter: AddMeter("PqGen").</summary>
internal sealed class MetricsText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public MetricsText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PqGen")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Record(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Record(instrument, value));
        _listener.Start();
    }

    public override string ToString()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var (name, sum) in _sums)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name} {sum}\n");
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value)
    {
        var name = instrument.Name.Replace('.', '_');
        lock (_lock)
        {
            if (instrument.IsObservable)
            {
                _sums[name] = value;
            }
            else if (instrument is Histogram<double>)
            {
                _sums[name + "_seconds_sum"] = _sums.GetValueOrDefault(name + "_seconds_sum") + value;
                _sums[name + "_seconds_count"] = _sums.GetValueOrDefault(name + "_seconds_count") + 1;
            }
            else
            {
                _sums[name + "_total"] = _sums.GetValueOrDefault(name + "_total") + value;
            }
        }
    }
}

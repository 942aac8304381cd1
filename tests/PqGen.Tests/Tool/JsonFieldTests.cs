using System.Text.Json;
using System.Text.RegularExpressions;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Commands that print JSON have one set of field names, and a field of one name is of one type.</summary>
public sealed partial class JsonFieldTests : IDisposable
{
    private readonly TempFile _base = new(".npy");
    private readonly TempFile _query = new(".npy");
    private readonly TempFile _index = new(".pqg");
    private readonly TempFile _ids = new(".ivecs");
    private readonly TempFile _converted = new(".npy");
    private readonly Dictionary<string, JsonValueKind> _kinds = [];

    public void Dispose()
    {
        _base.Dispose();
        _query.Dispose();
        _index.Dispose();
        _ids.Dispose();
        _converted.Dispose();
    }

    [Fact]
    public void A_field_means_the_same_in_all_commands()
    {
        var (vectors, queries) = SyntheticData.Generate(900, 8, 40, 3);
        VectorFile.WriteNpy(_base.Path, 8, vectors.Values);
        VectorFile.WriteNpy(_query.Path, 8, queries.Values);
        const string Sizes = "--m 2 --ksub 16 --nlist 4";
        Read("build", $"build {Sizes} --calibrate --json --base", _base.Path, "--out", _index.Path);
        Read("search", "search -k 5 --json --index", _index.Path, "--query", _query.Path);
        Read("search", "search -k 5 --json --index", _index.Path, "--query", _query.Path, "--out", _ids.Path, "--truth", Truth());
        Read("inspect", "inspect --json", _index.Path);
        Read("verify", "verify --json", _index.Path);
        Read("convert", "convert --json", _ids.Path, _converted.Path);
        Read("estimate", $"estimate {Sizes} --nprobe 2 --kernels generic --json --npy", _base.Path);
        Read("bench", $"bench {Sizes} --nprobe 2 --kernels generic --json --base", _base.Path, "--query", _query.Path);
        Read("tune", "tune --trials 1 --target-recall .5 --kernels generic --json --npy", _base.Path);
        Assert.All(
            ["n", "dimension", "metric", "m", "ksub", "nlist", "nprobe", "rerank", "k", "recall", "qps_online", "kind", "keep", "seed", "transform"],
            name => Assert.Contains(name, _kinds.Keys));
    }

    private string Truth()
    {
        VectorFile.WriteInts(_ids.Path, new IntMatrix(5, new long[40 * 5]));
        return _ids.Path;
    }

    private void Read(string command, string commandLine, params string[] more)
    {
        var run = ToolRun.Of(commandLine, more);
        Assert.True(run.ExitCode == CommandLine.Success, command + run.Error);
        foreach (var line in run.Lines)
        {
            using var json = JsonDocument.Parse(line);
            Read(command, json.RootElement);
        }
    }

    private void Read(string command, JsonElement element)
    {
        foreach (var field in element.EnumerateObject())
        {
            Assert.Matches(SnakeCase(), field.Name);
            var kind = field.Value.ValueKind is JsonValueKind.False ? JsonValueKind.True : field.Value.ValueKind;
            if (kind == JsonValueKind.Null)
            {
                continue;
            }

            Assert.True(
                _kinds.TryAdd(field.Name, kind) || _kinds[field.Name] == kind,
                $"{field.Name} of {command} is {kind}, elsewhere {_kinds[field.Name]}");
            if (kind == JsonValueKind.Object)
            {
                Read(command, field.Value);
            }
            else if (kind == JsonValueKind.Array)
            {
                foreach (var item in field.Value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
                {
                    Read(command, item);
                }
            }
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}

// dotnet run -c Release --project benchmarks/PqGen.Benchmarks                          every suite; the tables go to results/<cpu>/
// dotnet run -c Release --project benchmarks/PqGen.Benchmarks -- --filter '*Scan*'     BenchmarkDotNet's own options
// dotnet run -c Release --project benchmarks/PqGen.Benchmarks -- targets [FOLDER]      the main table: ratios of one run; FOLDER holds GloVe's base.npy, query.npy, gt.npy
// dotnet run -c Release --project benchmarks/PqGen.Benchmarks -- pairs [PART]          what specializing gains: each kernel, its twin and the limits in turn; only the rows that contain PART
using BenchmarkDotNet.Running;
using PqGen.Benchmarks;

return args switch
{
    ["targets", .. var rest] => Targets.Run(rest.FirstOrDefault()),
    ["pairs", .. var rest] => Pairs.Run(rest.FirstOrDefault()),
    ["targets-child"] => Targets.RunChild(),
    ["flat-search", var index, var queries] => FlatTimes.RunChild(index, queries),
    ["first-search", var file] => FirstSearch.Run(file),
    _ => Suites(args),
};

static int Suites(string[] args)
{
    var switcher = BenchmarkSwitcher.FromAssembly(typeof(Shape128).Assembly);
    var summaries = Enumerable.Range(0, SuiteConfig.Passes).SelectMany(_ => switcher.Run(args.Length == 0 ? ["--filter", "*"] : args, new SuiteConfig())).ToArray();
    SuiteTables.Write(summaries);
    return summaries.Length > 0 ? 0 : 1;
}

// dotnet run -c Release --project benchmarks/PqGen.Benchmarks -- ...
//   (nothing)                               every suite; the tables go to results/<cpu>/
//   --filter '*Scan*'                       BenchmarkDotNet's own options
//   targets [FOLDER] [--only PART] [--large]  the main tables, ratios of one run, one a group, to results/<cpu>/Targets/ and the README; FOLDER holds
//                                           GloVe's base.npy, query.npy, gt.npy; only groups whose names contain PART; --large adds groups that take
//                                           minutes
//   pairs [PART] [--json FILE]              what specializing gains: each kernel, its twin and the limits in turn; only the rows that contain PART;
//                                           FILE gets a line of JSON for each, to compare with another build's
using BenchmarkDotNet.Running;
using PqGen.Benchmarks;

return args switch
{
    ["targets", .. var rest] => Targets.Run(rest),
    ["pairs", .. var rest] => Pairs.Run(rest),
    [Child.Verb, .. var rest] => Child.Run(rest),
    _ => Suites(args),
};

static int Suites(string[] args)
{
    var switcher = BenchmarkSwitcher.FromAssembly(typeof(Shape128).Assembly);
    string[] options = args.Length == 0 ? ["--filter", "*"] : args;
    var summaries = Enumerable.Range(0, SuiteConfig.Passes).SelectMany(_ => switcher.Run(options, new SuiteConfig())).ToArray();
    SuiteTables.Write(summaries);
    return summaries.Length > 0 ? 0 : 1;
}

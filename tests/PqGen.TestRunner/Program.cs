// Runs the tests of PqGen.Tests with the trait Category=Kernels in this process, and nothing else: no SDK, no test host, no child process. It is for
// processors that are emulated. "--list" prints the names; other arguments are parts of names, and a test runs if its name has one of them.
using System.Diagnostics;
using System.Reflection;
using PqGen.TestRunner;

var parts = args.Where(argument => argument != "--list").ToArray();
var tests = TestCase.OfCategory(Assembly.Load("PqGen.Tests"), "Kernels")
    .Where(test => parts.Length == 0 || parts.Any(part => test.Name.Contains(part, StringComparison.Ordinal)))
    .ToArray();
if (args.Contains("--list"))
{
    Array.ForEach(tests, test => Console.WriteLine(test.Name));
    return 0;
}

var failed = 0;
foreach (var test in tests)
{
    var clock = Stopwatch.StartNew();
    var failure = await test.RunAsync();
    var time = FormattableString.Invariant($"({clock.Elapsed.TotalSeconds:F1} s)");
    Console.WriteLine(failure is null ? $"{test.Name} ok {time}" : $"{test.Name} FAILED {time}\n{failure}");
    failed += failure is null ? 0 : 1;
}

Console.WriteLine($"{tests.Length - failed} passed, {failed} failed");
return failed > 0 || tests.Length == 0 ? 1 : 0;

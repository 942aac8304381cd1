using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>The sizes and the metric of an attribute: PQG003 to PQG006 and PQG008.</summary>
internal static class SizeRules
{
    private const int SquaredL2 = 0;

    /// <summary>Reads the sizes, adds all that is wrong with them, and gives the kernels' specification if nothing is.</summary>
    public static KernelSpec? Check(IndexKind kind, AttributeArguments arguments, List<DiagnosticInfo> diagnostics)
    {
        if (!arguments.AreConstant)
        {
            return null;
        }

        var before = diagnostics.Count;
        var dimension = arguments.Size("Dimension", 0);
        var m = arguments.Size("M", 0);
        var ksub = arguments.Size("Ksub", IndexLimits.MaxKsub);
        var hasCodes = kind is IndexKind.Pq or IndexKind.IvfPq;

        CheckDimension(dimension, diagnostics);
        if (hasCodes)
        {
            CheckM(dimension, m, diagnostics);
            CheckKsub(ksub, diagnostics);
        }

        CheckMetric(arguments, diagnostics);
        return diagnostics.Count > before
            ? null
            : hasCodes ? new KernelSpec(kind, dimension.Value, m.Value, ksub.Value) : new KernelSpec(kind, dimension.Value, 0, 0);
    }

    private static void CheckDimension(Argument dimension, List<DiagnosticInfo> diagnostics)
    {
        if (!DeclarationRules.IsDimension(dimension.Value))
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Descriptors.DimensionOutOfRange,
                dimension.Location,
                dimension.IsStated ? $"Dimension = {Text(dimension.Value)} is out of range" : "Dimension is missing",
                dimension.IsStated ? Nearest(Text(DeclarationRules.NearestDimension(dimension.Value))) : string.Empty));
        }
    }

    private static void CheckM(Argument dimension, Argument m, List<DiagnosticInfo> diagnostics)
    {
        var fitsDimension = DeclarationRules.IsDimension(dimension.Value);
        if (!DeclarationRules.IsM(m.Value) || (fitsDimension && m.Value > dimension.Value))
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Descriptors.MOutOfRange,
                m.Location,
                m.IsStated ? $"M = {Text(m.Value)} is out of range" : "M is missing",
                m.IsStated ? Nearest(NearestM(dimension, m)) : AllM(dimension)));
        }
        else if (fitsDimension && dimension.Value % m.Value != 0)
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Descriptors.DimensionNotDivisible,
                m.Location,
                Text(dimension.Value),
                Text(m.Value),
                List(DeclarationRules.NearestDivisors(dimension.Value, m.Value)),
                List(DeclarationRules.NearestDimensions(dimension.Value, m.Value))));
        }
    }

    private static void CheckKsub(Argument ksub, List<DiagnosticInfo> diagnostics)
    {
        if (!DeclarationRules.IsKsub(ksub.Value))
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Descriptors.KsubOutOfRange,
                ksub.Location,
                Text(ksub.Value),
                Text(DeclarationRules.NearestKsub(ksub.Value))));
        }
    }

    private static void CheckMetric(AttributeArguments arguments, List<DiagnosticInfo> diagnostics)
    {
        var (metric, code) = arguments.Enum("Metric");
        if (metric.Value != SquaredL2)
        {
            diagnostics.Add(DiagnosticInfo.Create(Descriptors.MetricNotSupported, metric.Location, code));
        }
    }

    /// <summary>The nearest M; while the dimension itself is wrong, whatever it is to become.</summary>
    private static string NearestM(Argument dimension, Argument m) =>
        DeclarationRules.IsDimension(dimension.Value)
            ? List(DeclarationRules.NearestDivisors(dimension.Value, m.Value))
            : Text(Math.Min(Math.Max(m.Value, 1), IndexLimits.MaxM));

    private static string AllM(Argument dimension) =>
        DeclarationRules.IsDimension(dimension.Value)
            ? $"; the values that fit Dimension = {Text(dimension.Value)}: {string.Join(", ", DeclarationRules.ValidM(dimension.Value).Select(Text))}"
            : string.Empty;

    private static string Nearest(string values) => $"; the nearest value is {values}";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<int> values) => string.Join(" or ", values.Select(Text));
}

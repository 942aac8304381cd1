using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Helpers;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>The sizes and the metric of an attribute: PQG003 to PQG006, PQG008 and PQG014.</summary>
internal static class SizeRules
{
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
        var input = arguments.Size("InputDimension", dimension.Value);
        var hasCodes = kind is IndexKind.Pq or IndexKind.IvfPq;

        CheckDimension(dimension, diagnostics);
        if (hasCodes)
        {
            CheckM(dimension, m, input, diagnostics);
            CheckKsub(ksub, diagnostics);
            CheckInput(input, diagnostics);
        }

        var metric = CheckMetric(arguments, diagnostics);
        return diagnostics.Count > before
            ? null
            : hasCodes
                ? new KernelSpec(kind, dimension.Value, m.Value, ksub.Value, metric) { InputDimension = input.Value }
                : new KernelSpec(kind, dimension.Value, 0, 0, metric);
    }

    private static void CheckDimension(Argument dimension, List<DiagnosticInfo> diagnostics)
    {
        if (!DeclarationRules.IsDimension(dimension.Value))
        {
            int[] nearest = dimension.IsStated ? [DeclarationRules.NearestDimension(dimension.Value)] : [];
            Add(
                Descriptors.DimensionOutOfRange,
                dimension,
                nearest,
                diagnostics,
                dimension.IsStated ? $"Dimension = {Text(dimension.Value)} is out of range" : "Dimension is missing",
                dimension.IsStated ? $"; the nearest value is {List(nearest)}" : string.Empty);
        }
    }

    private static void CheckM(Argument dimension, Argument m, Argument input, List<DiagnosticInfo> diagnostics)
    {
        var fitsDimension = DeclarationRules.IsDimension(dimension.Value);
        if (!m.IsStated)
        {
            var fitting = DeclarationRules.ValidM(dimension.Value);
            var list = fitsDimension
                ? $"; the values that fit Dimension = {Text(dimension.Value)}: {string.Join(", ", fitting.Select(Text))}"
                : string.Empty;
            Add(Descriptors.MOutOfRange, m, [], diagnostics, "M is missing", list);
        }
        else if (!DeclarationRules.IsM(m.Value) || (fitsDimension && m.Value > dimension.Value))
        {
            // While the dimension itself is wrong, no divisor of it can be named.
            var nearest = fitsDimension
                ? DeclarationRules.NearestDivisors(dimension.Value, m.Value)
                : [Math.Min(Math.Max(m.Value, 1), IndexLimits.MaxM)];
            Add(Descriptors.MOutOfRange, m, nearest, diagnostics, $"M = {Text(m.Value)} is out of range", $"; the nearest value is {List(nearest)}");
        }
        else if (fitsDimension && dimension.Value % m.Value != 0)
        {
            var nearest = DeclarationRules.NearestDivisors(dimension.Value, m.Value);
            var nearestDimensions = DeclarationRules.NearestDimensions(dimension.Value, m.Value);
            Add(
                Descriptors.DimensionNotDivisible,
                m,
                nearest,
                diagnostics,
                Text(dimension.Value),
                Text(m.Value),
                List(nearest),
                List(nearestDimensions),
                Padding(dimension.Value, input.Value, nearestDimensions));
        }
    }

    /// <summary>How vectors keep their components where the next dimension is more than theirs.</summary>
    private static string Padding(int dimension, int input, IReadOnlyList<int> nearestDimensions)
    {
        var above = nearestDimensions[nearestDimensions.Count - 1];
        return above > dimension
            ? $"; or let the index add zeros to vectors of {Text(input)} components: InputDimension = {Text(input)}, Dimension = {Text(above)}"
            : string.Empty;
    }

    private static void CheckInput(Argument input, List<DiagnosticInfo> diagnostics)
    {
        if (input.IsStated && !DeclarationRules.IsDimension(input.Value))
        {
            int[] nearest = [DeclarationRules.NearestDimension(input.Value)];
            Add(Descriptors.InputDimensionOutOfRange, input, nearest, diagnostics, Text(input.Value), List(nearest));
        }
    }

    private static void CheckKsub(Argument ksub, List<DiagnosticInfo> diagnostics)
    {
        if (!DeclarationRules.IsKsub(ksub.Value))
        {
            int[] nearest = [DeclarationRules.NearestKsub(ksub.Value)];
            Add(Descriptors.KsubOutOfRange, ksub, nearest, diagnostics, Text(ksub.Value), List(nearest));
        }
    }

    private static Metric CheckMetric(AttributeArguments arguments, List<DiagnosticInfo> diagnostics)
    {
        var metric = arguments.Size("Metric", (int)Metric.SquaredL2);
        if (!DeclarationRules.IsMetric((Metric)metric.Value))
        {
            diagnostics.Add(DiagnosticInfo.Create(Descriptors.UnknownMetric, metric.Location, Text(metric.Value)));
        }

        return (Metric)metric.Value;
    }

    private static void Add(
        DiagnosticDescriptor descriptor, Argument at, IEnumerable<int> nearest, List<DiagnosticInfo> diagnostics, params string[] arguments) =>
        diagnostics.Add(DiagnosticInfo.Create(descriptor, at.Location, arguments) with { Nearest = nearest.ToEquatableArray() });

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<int> values) => string.Join(" or ", values.Select(Text));
}

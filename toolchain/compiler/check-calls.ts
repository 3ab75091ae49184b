/** Calls of functions, intrinsics, dispatch tables and volatile cells. */
import ts from "typescript";
import { insteadOfMember } from "./absent-names.ts";
import type { Checker } from "./check.ts";
import { checkCellAccess } from "./check-cells.ts";
import { checkDispatchCall } from "./check-dispatch.ts";
import { checkExpression, checkValueFor } from "./check-expressions.ts";
import { checkIntrinsic } from "./check-intrinsics.ts";
import { isGlobal, moduleVariable, unknownGlobal } from "./check-names.ts";
import { isOwnClass, refuseStatic } from "./check-records.ts";
import { number } from "./fold.ts";
import { messages } from "./messages.ts";
import { isStandIn, refused, standIn } from "./refused.ts";
import type { Expression } from "./tree.ts";
import { declarationOf } from "./types.ts";
import { importCall, isImportCall } from "./typescript-words.ts";

/** A call. Functions of firmware/lang are intrinsics; any other is declared at the top level of a module. */
export function checkCall(checker: Checker, node: ts.CallExpression): Expression {
  if (ts.isPropertyAccessExpression(node.expression) || ts.isElementAccessExpression(node.expression)) {
    const variable = moduleVariable(checker, node.expression.expression);
    const access =
      variable && (checkCellAccess(checker, node, variable) ?? checkDispatchCall(checker, node, variable));
    if (access) return access;
  }
  if (isImportCall(node)) return refused(checker, node, importCall(node));
  const declaration = ts.isIdentifier(node.expression)
    ? declarationOf(checker.checker, node.expression)
    : undefined;
  if (declaration && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) {
    const variable = checker.locals.get(declaration);
    if (variable && checker.untyped.has(variable)) return standIn(node);
    const wayOut = "declare it as function f(...) at the top level, or list it in a dispatch([...]) table";
    return refused(checker, node, messages.syntax(node, "a function behind a variable", wayOut));
  }
  if (declaration === undefined || !ts.isFunctionDeclaration(declaration) || declaration.name === undefined) {
    return absentCallee(checker, node.expression);
  }
  if (declaration.getSourceFile() === checker.language) {
    return checkIntrinsic(checker, node, declaration.name.text);
  }
  const file = declaration.getSourceFile();
  if (file.isDeclarationFile) return absentCallee(checker, node.expression);
  // A function that stands inside something has its message there.
  if (declaration.parent !== file) return standIn(node);
  const callee = checker.functionTree(declaration);
  if (callee.interrupt !== undefined) {
    return refused(checker, node.expression, messages.handlerCalled(node.expression, callee.name));
  }
  const values = callee.parameters.map((parameter, i) => {
    const argument = node.arguments[i];
    if (argument === undefined) return number(node, 0);
    // A parameter of no type that the device has takes anything: it has its message.
    if (checker.untyped.has(parameter)) return checkExpression(checker, argument);
    return checkValueFor(checker, argument, parameter.type!);
  });
  return checker.untyped.has(callee) ? standIn(node) : { kind: "call", node, callee, arguments: values };
}

/** A function that the device does not have: one of JavaScript's library, or a method. */
function absentCallee(checker: Checker, callee: ts.Expression): Expression {
  if (!ts.isPropertyAccessExpression(callee) || isGlobal(checker, callee)) {
    return refused(checker, callee, unknownGlobal(callee));
  }
  if (refuseStatic(checker, callee)) return standIn(callee);
  const named = declarationOf(checker.checker, callee.expression);
  const isFunction = named !== undefined && ts.isFunctionDeclaration(named);
  // What the method is called on may be refused itself.
  if (!isFunction && isStandIn(checkExpression(checker, callee.expression))) return standIn(callee);
  const member = declarationOf(checker.checker, callee.name);
  if (member && ts.isClassElement(member) && isOwnClass(member.parent)) {
    // What a record class has besides fields is refused there.
    checker.record(member.parent);
    return standIn(callee);
  }
  const wayOut = insteadOfMember(callee.name.text);
  return refused(checker, callee, messages.unknownName(callee, callee.getText(), wayOut));
}

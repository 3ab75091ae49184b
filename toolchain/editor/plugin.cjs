/**
 * The tsserver plugin: what the compiler says of firmware, in the editor while it is written.
 *
 * tsserver loads it by require() and hands over its own TypeScript. The compiler has another one and works in a
 * thread of its own (workbench.cjs), so that typing never waits long and nothing that breaks there breaks the editor.
 */
"use strict";
const { statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Workbench } = require("./workbench.cjs");

const SOURCE = "joinery";
/** How long one request may wait for the compiler; what comes later is shown as soon as it is there. */
const WAIT_MS = 100;
/** The numbers that the compiler offers a fix for. */
const FIXABLE = ["2001", "2004", "2005", "2010"];

/** One for all projects of this server. */
let workbench;

module.exports = ({ typescript: ts }) => ({
  create(info) {
    const { project, languageService } = info;
    const { projectService } = project;
    const log = (text) => projectService.logger.info(`joinery: ${text}`);
    workbench ??= new Workbench(log);
    /** By file name: the findings, the state of the sources that they are of, and the text of the file then. */
    const known = new Map();

    /** The texts of the open files, saved or not, and what changes when any source does. */
    function openSources() {
      const sources = {};
      const versions = [project.getProjectVersion()];
      for (const path of projectService.openFiles.keys()) {
        const script = projectService.getScriptInfoForPath(path);
        if (script === undefined || !script.fileName.endsWith(".ts")) continue;
        const snapshot = script.getSnapshot();
        sources[script.fileName] = snapshot.getText(0, snapshot.getLength());
        versions.push(`${script.fileName}@${script.getLatestVersion()}`);
      }
      return { sources, version: versions.join() };
    }

    function findings(fileName, text) {
      const { sources, version } = openSources();
      const key = `${version} ${projectFileVersion(fileName)}`;
      const last = known.get(fileName);
      if (last?.key === key) return last.findings;
      const keep = (reply) => {
        const findings = reply.findings ?? [failure(reply.error)];
        known.set(fileName, { key, text, findings });
        return findings;
      };
      const late = (reply) => {
        keep(reply);
        project.refreshDiagnostics();
      };
      const reply = workbench.ask({ file: fileName, key, sources }, WAIT_MS, late);
      if (reply) return keep(reply);
      return last ? moved(last.findings, last.text, text) : [];
    }

    function diagnosticOf(program, file, finding) {
      const { code, start, length, message, related } = finding;
      return {
        category: ts.DiagnosticCategory.Error,
        code,
        file,
        start,
        length,
        messageText: `DEV${code}: ${message}`,
        source: SOURCE,
        relatedInformation: related.flatMap(({ file: name, ...place }) => {
          const other = program.getSourceFile(name);
          if (other === undefined) return [];
          const { start, length, message } = place;
          return [{ category: ts.DiagnosticCategory.Message, code, file: other, start, length, messageText: message }];
        }),
      };
    }

    function getSemanticDiagnostics(fileName) {
      const own = languageService.getSemanticDiagnostics(fileName);
      const program = languageService.getProgram();
      const file = program?.getSourceFile(fileName);
      if (file === undefined || file.isDeclarationFile || !fileName.endsWith(".ts")) return own;
      try {
        const found = findings(fileName, file.text).map((finding) => diagnosticOf(program, file, finding));
        return [...own, ...found];
      } catch (error) {
        log(error.stack ?? error);
        return [...own, diagnosticOf(program, file, failure(error.message))];
      }
    }

    function getCodeFixesAtPosition(fileName, start, end, codes, ...rest) {
      const own = languageService.getCodeFixesAtPosition(fileName, start, end, codes, ...rest);
      const last = known.get(fileName);
      if (last === undefined || last.text !== languageService.getProgram()?.getSourceFile(fileName)?.text) return own;
      const marked = last.findings.filter(
        (finding) => codes.includes(finding.code) && finding.start <= end && start <= finding.start + finding.length,
      );
      const fixes = marked.flatMap((finding) => finding.fixes);
      return [
        ...own,
        ...fixes.map(({ title, changes }) => ({
          fixName: SOURCE,
          description: title,
          changes: [
            {
              fileName,
              textChanges: changes.map(({ start, length, text }) => ({ span: { start, length }, newText: text })),
            },
          ],
        })),
      ];
    }

    return Object.assign(Object.create(languageService), {
      getSemanticDiagnostics,
      getCodeFixesAtPosition,
      getSupportedCodeFixes: (fileName) => [...languageService.getSupportedCodeFixes(fileName), ...FIXABLE],
    });
  },
});

/** What is shown where the compiler cannot be asked. */
function failure(error) {
  const message = `the compiler cannot be asked: ${error}; the log of the TypeScript server has more`;
  return { code: 9001, start: 0, length: 0, message, related: [], fixes: [] };
}

/** What changes when the joinery.json does that a file belongs to. */
function projectFileVersion(fileName) {
  for (let folder = dirname(fileName); ; folder = dirname(folder)) {
    const stat = statSync(join(folder, "joinery.json"), { throwIfNoEntry: false });
    if (stat) return `${folder}@${stat.mtimeMs}`;
    if (folder === dirname(folder)) return "";
  }
}

/** Findings in a text as they lie in another, which an edit has made of it: those in the edited part are gone. */
function moved(findings, before, after) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const shift = after.length - before.length;
  return findings.flatMap((finding) => {
    if (finding.start + finding.length <= head) return [finding];
    if (finding.start >= before.length - tail) return [{ ...finding, start: finding.start + shift, fixes: [] }];
    return [];
  });
}

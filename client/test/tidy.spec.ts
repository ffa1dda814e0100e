// @vitest-environment node
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

/** What a linter does not see in all files, or what a comment could switch off. */

interface Source {
  file: string
  text: string
}

function sources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => path.join(folder, file))
    .filter(file => /\.(ts|vue|css|html|svg)$/.test(file))
    .filter(file => !file.endsWith('schema.ts'))
    .map(file => ({ file, text: readFileSync(file, 'utf8') }))
}

function linesWith(pattern: RegExp, among: Source[]): string[] {
  return among.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) => pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : []))
}

const all = sources('src')
const code = all.filter(it => !it.file.endsWith('.spec.ts'))
const components = code.filter(it => it.file.endsWith('.vue'))
const outsideApi = code.filter(it => !it.file.startsWith(path.join('src', 'api')))

describe('the sources', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(50)
    expect(components.length).toBeGreaterThan(15)
  })

  it('talk to the network in api/ only', () => {
    expect(linesWith(/\bfetch\(|XMLHttpRequest|new WebSocket|EventSource|sendBeacon/, outsideApi)).toEqual([])
  })

  it('keep nothing in the browser’s storage, and read no cookie', () => {
    expect(linesWith(/localStorage|sessionStorage|indexedDB|document\.cookie/, code)).toEqual([])
  })

  it('know no other origin', () => {
    expect(linesWith(/https?:\/\/|["'(]\/\/[a-z]/i, [...code, ...sources('public'), { file: 'index.html', text: readFileSync('index.html', 'utf8') }])
      .filter(it => !it.includes('xmlns="http://www.w3.org/2000/svg"'))).toEqual([])
  })

  it('put no markup into the page as text, and run no text as code', () => {
    expect(linesWith(/v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/, code)).toEqual([])
  })

  it('have no style attributes, which the content security policy forbids', () => {
    expect(linesWith(/[^:\w-]style="/, components)).toEqual([])
  })

  it('have types everywhere', () => {
    expect(linesWith(/: any\b|<any>|as any\b|@ts-(ignore|expect-error|nocheck)/, all)).toEqual([])
  })

  it('print nothing', () => {
    expect(linesWith(/console\./, code)).toEqual([])
  })

  it('skip no test', () => {
    expect(linesWith(/\b(it|describe|test)\.(skip|only|todo)\b/, [...all, ...sources('test'), ...sources('e2e')])
      .filter(it => !it.startsWith(path.join('test', 'tidy.spec.ts')))).toEqual([])
  })

  it('say everything in texts.ts', () => {
    const templates = components.map(({ file, text }) => ({ file, text: /<template>[\s\S]*<\/template>/.exec(text)?.[0] ?? '' }))
    const words = templates.flatMap(({ file, text }) =>
      [...text.matchAll(/>([^<>{}]*[A-Za-z]{2,}[^<>{}]*)</g)].map(it => it[1]?.trim() ?? '')
        .filter(it => it !== '' && !it.includes('="') && !it.includes('-->'))
        .map(it => `${file}: ${it}`))
    expect(words).toEqual([])
  })
})

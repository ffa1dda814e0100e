/** Short names for what the API's document describes. */
import type { Operation, Query } from './operations.ts'
import type { components } from './schema.ts'

type Schemas = components['schemas']

export type User = Schemas['User']
export type SessionAnswer = Schemas['SessionAnswer']
export type SignUpRequest = Schemas['SignUpRequest']
export type Upload = Schemas['Upload']
export type ImageContentType = Schemas['ImageContentType']
export type Analysis = Schemas['Analysis']
export type AnalysisPage = Schemas['AnalysisPage']
export type AnalysisSummary = Schemas['AnalysisSummary']
export type Face = Schemas['Face']
export type FaceBox = Schemas['FaceBox']
export type Pose = Schemas['Pose']
export type Verdict = Schemas['Verdict']
export type EmotionName = Schemas['EmotionName']
export type EmotionScore = Schemas['EmotionScore']
export type ImageSize = Schemas['ImageSize']
export type ImageVariant = Schemas['ImageVariant']
export type ListName = Schemas['ListName']
export type ListQuery = Query<Operation<'/analyses', 'get'>>
export type ProblemType = Schemas['ProblemType']
export type ProblemDocument = Schemas['Problem']

import type { EmotionName } from '../api/types.ts'

export const resultTexts = {
  result: {
    title: 'Result',
    loading: 'Opening the result…',
    picture: (faces: string) => `The picture, with ${faces} marked`,
    pictureWithoutFaces: 'The picture',
    facesGroup: 'Faces in the picture',
    facesHint: 'Select a face in the picture or in the list.',
    face: (number: number) => `Face ${number}`,
    faceOf: (number: number, total: number) => `Face ${number} of ${total}`,
    sure: (percentText: string) => `${percentText} sure`,
    summary: (faceText: string, emotion: string | null) => emotion === null ? `Face ${faceText}` : `${emotion} · face ${faceText}`,
    made: (when: string) => `Analysed on ${when}`,
    noFaceTitle: 'No face was found',
    noFaceIntro: 'That happens. Another picture may work better:',
    noFaceTips: [
      'Try one where the faces are larger or nearer.',
      'Look for even light: not against a window or lamp.',
      'Faces should look more or less towards the camera.',
    ],
    another: 'Upload another',
    downloadPicture: 'Save marked picture',
    downloadJson: 'Save JSON',
    preparing: 'Saving…',
    delete: 'Delete',
    deleteTitle: 'Delete this analysis?',
    deleteBody: 'The picture, the marked copy and everything found in it are erased for good.',
    deleteConfirm: 'Delete for good',
    deleting: 'Deleting…',
    keep: 'Keep it',
    emotions: 'Emotion',
    emotionsNote: 'How the face looks, not what the person feels.',
    notMeasured: (what: string) => `Not measured: ${what}.`,
    pictureFailed: 'The picture could not be loaded. Try again.',
  },

  facts: {
    confidence: 'A face',
    where: 'Where',
    emotion: 'Emotion',
    smile: 'Smiling',
    mouthOpen: 'Mouth open',
    eyesOpen: 'Eyes open',
    eyeglasses: 'Glasses',
    sunglasses: 'Sunglasses',
    beard: 'Beard',
    mustache: 'Mustache',
    faceOccluded: 'Partly covered',
    ageRange: 'Age',
    gender: 'Gender',
    pose: 'Pose',
    quality: 'Picture quality',
    yes: 'Yes',
    no: 'No',
    male: 'Looks male',
    female: 'Looks female',
    age: (low: number, high: number) => low === high ? `Looks ${low}` : `Looks ${low} to ${high}`,
    pixels: (width: string, height: string, left: string, top: string) =>
      `${width} × ${height} pixels, ${left} from the left, ${top} from the top`,
    facing: 'Facing the camera',
    turned: 'Turned away',
    turnedAndTilted: 'Turned and tilted',
    tilted: 'Tilted',
    angles: (yaw: string, pitch: string, roll: string) => `yaw ${yaw}, pitch ${pitch}, roll ${roll}`,
    brightness: 'Brightness',
    sharpness: 'Sharpness',
    outOf100: (value: string) => `${value} of 100`,
  },
} as const

export function emotionText(emotion: EmotionName): string {
  switch (emotion) {
    case 'happy': return 'Happy'
    case 'sad': return 'Sad'
    case 'angry': return 'Angry'
    case 'confused': return 'Confused'
    case 'disgusted': return 'Disgusted'
    case 'surprised': return 'Surprised'
    case 'calm': return 'Calm'
    case 'fear': return 'Afraid'
    case 'unknown': return 'Something else'
    default: return emotion satisfies never
  }
}
